"""The usual names of columns, English and Spanish, as `folded` writes them, the most certain first."""

from __future__ import annotations

from collections.abc import Mapping

Aliases = Mapping[str, tuple[str, ...]]
"""Our column name -> the usual names of it."""

PEOPLE, APPOINTMENTS = "people", "appointments"
"""What a file is wanted for."""

PEOPLE_COLUMNS: Aliases = {
    "external_id": (
        *(
            "mrn",
            "mrnumber",
            "medicalrecordnumber",
            "patientid",
            "patientnumber",
            "externalid",
            "chartnumber",
            "chartid",
        ),
        *("chart", "patientno", "personid", "idpaciente", "idexterno", "numerodeexpediente", "expediente"),
        *("historiaclinica", "numerodehistoria", "id"),
    ),
    "first_name": (
        *("firstname", "given", "givenname", "givennames", "forename", "first", "fname", "patientfirstname"),
        *("nombre", "nombres", "primernombre", "nombredepila"),
    ),
    "last_name": (
        *("lastname", "surname", "familyname", "family", "last", "lname", "patientlastname"),
        *("apellido", "apellidos", "primerapellido"),
    ),
    "birth_date": (
        *("birthdate", "dateofbirth", "dob", "birthday", "born", "patientdob", "patientdateofbirth"),
        *("fechadenacimiento", "fechanacimiento", "fechadenac", "nacimiento"),
    ),
    "email": (
        *("email", "emailaddress", "emailid", "mail", "mailaddress", "patientemail", "primaryemail"),
        *("correo", "correoelectronico", "direcciondecorreo", "correoe"),
    ),
    "phone": (
        *(
            "phone",
            "phonenumber",
            "mobile",
            "mobilephone",
            "cell",
            "cellphone",
            "telephone",
            "homephone",
            "tel",
        ),
        *("telefono", "movil", "celular", "numerodetelefono"),
    ),
    "language": ("language", "preferredlanguage", "lang", "idioma", "idiomapreferido", "lengua"),
    "detail": ("detail", "detaillevel", "levelofdetail", "messagedetail", "detalle", "niveldedetalle"),
    "status": ("status", "patientstatus", "personstatus", "contactstatus", "estado", "estatus", "situacion"),
    "kind": ("kind", "type", "contacttype", "contactkind", "persontype", "tipo", "tipodecontacto"),
    "organisation": (
        *(
            "organisation",
            "organization",
            "company",
            "practice",
            "org",
            "clinicname",
            "organizacion",
            "empresa",
        ),
        *("institucion",),
    ),
    "preferred_method": (
        *("preferredmethod", "sendby", "sendas", "protection", "preferredprotection", "deliverymethod"),
        *("metodopreferido", "metododeenvio", "proteccion"),
    ),
    "consent": ("consent", "emailconsent", "consentstatus", "consentgiven", "consentimiento"),
    "consent_date": (
        *("consentdate", "dateofconsent", "consentgivenon", "consentedon", "consenton", "consentat"),
        *("fechadeconsentimiento", "fechadelconsentimiento", "fechaconsentimiento"),
    ),
    "consent_source": (
        *("consentsource", "sourceofconsent", "consentform", "consentproof", "consentmethod"),
        *(
            "origendelconsentimiento",
            "fuentedelconsentimiento",
            "fuentedeconsentimiento",
            "origendeconsentimiento",
        ),
    ),
    "marketing": ("marketingconsent", "consentmarketing", "marketingoptin", "consentimientodemarketing"),
    "marketing_date": ("marketingconsentdate", "marketingoptindate", "fechadeconsentimientodemarketing"),
    "marketing_source": ("marketingconsentsource", "marketingoptinsource"),
    "paid": ("paidmarketingconsent", "sponsoredconsent", "sponsoredmarketingconsent"),
    "paid_date": ("paidmarketingconsentdate", "sponsoredconsentdate", "sponsoredmarketingconsentdate"),
    "paid_source": ("paidmarketingconsentsource", "sponsoredconsentsource"),
    "plain": ("plainemailconsent", "unencryptedemailconsent", "unencryptedconsent"),
    "plain_date": ("plainemailconsentdate", "unencryptedemailconsentdate", "unencryptedconsentdate"),
    "plain_source": ("plainemailconsentsource", "unencryptedemailconsentsource"),
    "street": (
        *("street", "streetaddress", "address", "address1", "addressline1", "homeaddress", "mailingaddress"),
        *("calle", "direccion", "domicilio"),
    ),
    "city": ("city", "town", "homecity", "addresscity", "ciudad", "poblacion", "municipio"),
    "region": ("state", "region", "province", "homestate", "addressstate", "provincia", "estadoprovincia"),
    "zip": ("zip", "zipcode", "postalcode", "postcode", "homezip", "codigopostal", "cp"),
    "sex": ("sex", "gender", "birthsex", "legalsex", "administrativesex", "sexo", "genero"),
    "since": (
        *(
            "since",
            "patientsince",
            "registered",
            "registrationdate",
            "registeredon",
            "firstseen",
            "firstvisit",
        ),
        *("pacientedesde", "fechadealta", "fechaderegistro"),
    ),
}

VISIT_COLUMNS: Aliases = {
    "external_id": (
        *(
            "appointmentid",
            "apptid",
            "appointmentnumber",
            "apptnumber",
            "appointmentno",
            "visitid",
            "visitnumber",
        ),
        *("bookingid", "encounterid", "externalid", "idcita", "iddelacita", "citaid", "numerodecita", "id"),
    ),
    "patient_id": (
        *(
            "mrn",
            "mrnumber",
            "medicalrecordnumber",
            "patientid",
            "patientnumber",
            "patientno",
            "patientexternalid",
        ),
        *("patientmrn", "personid", "chartnumber", "chartid", "chart", "idpaciente", "numerodeexpediente"),
        *("expediente", "historiaclinica"),
    ),
    "first_name": PEOPLE_COLUMNS["first_name"],
    "last_name": PEOPLE_COLUMNS["last_name"],
    "full_name": (
        *("patientname", "patientfullname", "nameofpatient", "fullname", "name", "nombredelpaciente"),
        *("nombrepaciente", "nombrecompleto", "nombreyapellidos", "patient", "paciente"),
    ),
    "birth_date": PEOPLE_COLUMNS["birth_date"],
    "date": (
        *("date", "appointmentdate", "apptdate", "visitdate", "startdate", "day", "dateofservice"),
        *("fecha", "fechadelacita", "fechadecita", "dia"),
    ),
    "time": (
        *("time", "appointmenttime", "appttime", "visittime", "starttime", "timeofday"),
        *("begin", "begins", "begintime", "hora", "horadelacita", "horadecita", "horadeinicio"),
    ),
    "start": (
        *(
            "start",
            "startdatetime",
            "datetime",
            "dateandtime",
            "appointmentdatetime",
            "apptdatetime",
            "starts",
        ),
        *("startsat", "startat", "when", "appointment", "appt", "fechayhora", "fechahora", "inicio", "cita"),
    ),
    "visit_type": (
        *("type", "visittype", "appointmenttype", "appttype", "kind", "service", "tipo", "tipodecita"),
        *("tipodevisita", "servicio"),
    ),
    "provider": (
        *("provider", "providername", "doctor", "clinician", "physician", "resource", "with", "seenby"),
        *("medico", "proveedor", "profesional"),
    ),
    "location": (
        "location",
        "site",
        "clinic",
        "office",
        "facility",
        "place",
        "lugar",
        "ubicacion",
        "sede",
        "clinica",
    ),
    "status": (
        "status",
        "appointmentstatus",
        "apptstatus",
        "visitstatus",
        "state",
        "estado",
        "estadodelacita",
    ),
}

COLUMNS = {PEOPLE: PEOPLE_COLUMNS, APPOINTMENTS: VISIT_COLUMNS}
